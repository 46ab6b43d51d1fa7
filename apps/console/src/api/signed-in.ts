// Whether this browser has signed in: no script can see the session's cookie, and to ask the server in vain is a failed request.

const name = "ghostllm.signed-in";

/** True also where the browser keeps nothing for pages. */
export function mayBeSignedIn(): boolean {
  try {
    return localStorage.getItem(name) !== null;
  } catch {
    return true;
  }
}

export function noteSignedIn(isSignedIn: boolean): void {
  try {
    if (isSignedIn) localStorage.setItem(name, "yes");
    else localStorage.removeItem(name);
  } catch {
    // The server is asked, then.
  }
}
