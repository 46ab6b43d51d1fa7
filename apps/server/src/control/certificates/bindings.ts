/** Of the private key of a certificate, also while it is only ordered. */
export function certificateBinding(name: string): string {
  return `certificate ${name}`;
}

/** Of the key of an account at an authority. */
export function accountBinding(directory: string): string {
  return `acme account ${directory}`;
}
