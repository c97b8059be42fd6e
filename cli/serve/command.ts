/** `binimport serve`: a folder over HTTP, where there is no web server. */
import type { Command } from "commander";
import { BinimportError } from "../../core/util/errors.ts";
import { addOutputFlags, wholeNumber } from "../options/mod.ts";
import type { Declaring } from "../verb.ts";
import type { ServeFlags } from "./run.ts";

const EXAMPLES = `
Examples:
  What was imported into a folder, on port 8080 of every address of this host:
    binimport import offline-files.tar.gz --root /srv/www
    binimport serve /srv/www

  Over HTTPS, on one address:
    binimport serve /srv/www --listen 10.0.1.1:443 --tls-cert mirror.crt --tls-key mirror.key

It runs until Ctrl-C or SIGTERM, and finishes requests in progress first. As a service:
examples/systemd/binimport-serve.service
`;

/** Declares the verb. */
export function declareServe(program: Command, { context, exits }: Declaring): void {
  const command = program.command("serve")
    .summary("serve a folder over HTTP, where there is no nginx")
    .description(
      "Serves a folder over HTTP, with range requests, the SHA-256 as ETag and an index page. Anyone can\nread; nothing can be written.",
    )
    .argument("<dir>", "the folder, such as the --root of an import")
    .optionsGroup("Server:")
    .option("--listen <addr:port>", "where to listen; without ADDR, on all addresses", ":8080")
    .option("--port <n>", "port to listen on, on all addresses", wholeNumber("--port", 0))
    .option("--lang <en|zh>", "language of the index page (default: the browser's)")
    .option("--tls-cert <file>", "TLS certificate in PEM, followed by its chain")
    .option("--tls-key <file>", "private key of the certificate, in PEM");
  addOutputFlags(command);
  command.addHelpText("after", EXAMPLES);
  command.action(exits(async (folder: string, flags: ServeFlags) => {
    const listens = command.getOptionValueSource("listen") !== "default";
    if (listens && flags.port !== undefined) {
      throw new BinimportError("usage", "Cannot use --listen and --port together", {
        hint: "--listen ADDR:PORT says both.",
      });
    }
    const { runServe } = await import("./run.ts");
    return await runServe(folder, flags, context);
  }));
}
