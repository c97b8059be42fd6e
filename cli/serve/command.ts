/** `binimport serve`: a folder over HTTP, where there is no web server. */
import { wholeNumber } from "../options/mod.ts";
import type { Verb } from "../verb.ts";

export const serve: Verb = {
  name: "serve",
  summary: "serve a folder over HTTP, where there is no nginx",
  description:
    "Serves a folder over HTTP, with range requests, the SHA-256 as ETag and an index page. Anyone can\nread; nothing can be written.",
  notes: `
Examples:
  What was imported into a folder, on port 8080 of every address of this host:
    binimport import offline-files.tar.gz --root /srv/www
    binimport serve /srv/www

  Over HTTPS, on one address:
    binimport serve /srv/www --listen 10.0.1.1:443 --tls-cert mirror.crt --tls-key mirror.key

It runs until Ctrl-C or SIGTERM, and finishes requests in progress first. As a service:
examples/systemd/binimport-serve.service
`,
  options: (command) =>
    command
      .argument("<dir>", "the folder, such as the --root of an import")
      .optionsGroup("Server:")
      .option(
        "--listen <addr:port>",
        "where to listen; without ADDR, on all addresses (default: :8080)",
      )
      .option("--port <n>", "port to listen on, on all addresses", wholeNumber(0))
      .option("--lang <en|zh>", "language of the index page (default: the browser's)")
      .option("--tls-cert <file>", "TLS certificate in PEM, followed by its chain")
      .option("--tls-key <file>", "private key of the certificate, in PEM"),
  run: async (session, folder: string) => (await import("./run.ts")).runServe(session, folder),
};
