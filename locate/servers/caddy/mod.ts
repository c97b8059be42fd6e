/** Caddy, as a member of the list of web servers. */
import type { ServerKind } from "../server.ts";

export const caddy: ServerKind = {
  name: "Caddy",
  programs: ["caddy"],
  usual: ["/etc/caddy/Caddyfile"],
  open: async (running) => (await import("./open.ts")).openCaddy(running),
};
