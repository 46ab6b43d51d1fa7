// Who signs in to the console of a stage.

export const password = "correct horse battery";
export const admin = "admin@localhost";
export const user = "grace@example.com";
