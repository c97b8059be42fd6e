// Ends in an abort on a kernel without getrandom, as the first TLS connection would.
await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
