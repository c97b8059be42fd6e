/** Ways into a web root, and ways to look at one. */
import { fileURLToPath } from "node:url";
import { binimport, type Contender, filesBelow, run, unpack } from "./contender.ts";

/** This program into a web root. */
export const intoWebRoot: Contender = {
  label: "binimport",
  needs: [],
  commands: ({ corpus, folder }) => [
    binimport(["import", corpus.path, "--adapter", "nginx-fs", "--root", folder]),
  ],
};

/** This program, reading every file again instead of trusting its record. */
export const checksum: Contender = {
  label: "binimport import --checksum",
  needs: [],
  commands: ({ corpus, folder }) => [
    binimport(["import", corpus.path, "--adapter", "nginx-fs", "--root", folder, "--checksum"]),
  ],
};

/** This program, comparing a tree with its record. */
export const verifyTree: Contender = {
  label: "binimport verify",
  needs: [],
  commands: ({ folder }) => [binimport(["verify", "--root", folder])],
};

/** The fastest SHA-256 that is widely to be had. */
export const openssl: Contender = {
  label: "openssl dgst -sha256 of the files",
  needs: ["openssl"],
  commands: ({ folder }) => [
    run(["openssl", "dgst", "-sha256", ...filesBelow(folder).map((file) => `${folder}/${file}`)]),
  ],
};

/** No more than inflating, as fast as this program can. */
export const inflateOnly: Contender = {
  label: "inflating alone, as in binimport",
  needs: [],
  commands: ({ corpus }) => [
    run([Deno.execPath(), "run", "--allow-all", INFLATE_ONLY, corpus.path]),
  ],
};

const INFLATE_ONLY = fileURLToPath(new URL("inflate_only.ts", import.meta.url));

/** What the vendor's script does; it checks nothing of the result. */
export const vendorScript: Contender = {
  label: "vendor's script (tar -xzf --strip-components=1)",
  needs: ["tar", "gzip"],
  commands: ({ corpus, folder }) => [unpack("tar", corpus, folder)],
};

/** The fastest unpacker that is widely to be had. */
export const bsdtar: Contender = {
  label: "bsdtar -xzf --strip-components=1",
  needs: ["bsdtar"],
  commands: ({ corpus, folder }) => [unpack("bsdtar", corpus, folder)],
};
