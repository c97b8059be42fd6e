/**
 * Cause and remedy of every error code: what `deno task docs` makes docs/errors.md of. No command
 * loads it.
 */
import type { ErrorCode } from "../../core/util/errors.ts";

/** What somebody who meets a code wants to know, as Markdown. */
export interface ErrorGuide {
  /** What may have happened. */
  readonly cause: string;
  /** What to try. */
  readonly remedy: string;
}

/** The guide to each code. */
export const ERROR_GUIDE: Readonly<Record<ErrorCode, ErrorGuide>> = {
  "usage": {
    cause: "an option is unknown, missing, or of a wrong form; no package was named or found",
    remedy: "the message names the nearest right name; `binimport import --help`",
  },
  "plugin": {
    cause:
      "a plug-in adapter's file is absent, does not load, or does not do what the contract says",
    remedy: "the message names file and member; run `binimport adapter check FILE` to find more",
  },
  "package-missing": {
    cause: "there is no file at that path, or the folder is empty",
    remedy: "check the path",
  },
  "package-unreadable": {
    cause: "the file cannot be opened or read, or its checksum file does not mention it",
    remedy: "check permissions and the disk",
  },
  "package-unsupported": {
    cause:
      "it is not an archive (such as an error page saved under its name), or has an unsupported form: sparse files, several volumes, exotic compression",
    remedy: "the message says what it looks like, and how to convert it",
  },
  "package-damaged": {
    cause:
      "it is truncated, fails a checksum, contradicts itself, or is not the file that its checksum file describes",
    remedy: "download it again",
  },
  "package-hostile": {
    cause:
      "a name, link or device in it could reach outside the target, or claims `.binimport/`; or it unpacks to an absurd size or number of files",
    remedy:
      "do not use it unless you trust its origin; `--exclude` leaves single files out, `--max-unpacked` and `--max-files` raise the limits",
  },
  "config-invalid": {
    cause:
      "a clusterConfig.yaml is absent, not valid YAML, of another kind or version, or written in a way that cannot be edited without changing another value",
    remedy: "the message names the line; the file is unchanged",
  },
  "nginx-conf": {
    cause:
      "the configuration of nginx, or of another web server, cannot be found or read, has a mistake, or does not lead to a folder: it proxies or redirects requests, denies access, or has a variable in `root`",
    remedy: "the message names file and line, and what to do; `--root DIR` always works",
  },
  "not-found": {
    cause: "the folder, bucket or container is not there",
    remedy: "create it, or use another one",
  },
  "unauthorized": {
    cause: "user name or password is missing or wrong; the clock is off",
    remedy: "check the credentials, and the time on both machines",
  },
  "forbidden": {
    cause: "the user may not write there, or not change the bucket's policy",
    remedy: "the message names the permission, and the command for an administrator",
  },
  "no-space": {
    cause: "the disk is full, or a quota is reached",
    remedy: "free some space and run it again: it continues with what is missing",
  },
  "integrity": {
    cause: "what was stored or served is not what it should be",
    remedy: "see the message: a cache or filter in front of the target, or a disk that fails",
  },
  "invalid-key": {
    cause: "the target cannot store a file under such a name, such as one over 255 bytes",
    remedy: "leave it out with `--exclude`",
  },
  "unavailable": {
    cause:
      "no connection, or no answer in time; the client of a container runtime is missing; a container is stopped",
    remedy: "check that the server runs, the address, and firewalls between",
  },
  "locked": {
    cause: "another import is running in the same folder or bucket",
    remedy: "wait for it, or use `--lock-wait 10m`",
  },
  "listen": {
    cause:
      "`serve`: another program listens there, this host does not have the address, or the user may not use the port",
    remedy: "the message says which; use another `--listen ADDR:PORT`",
  },
  "unsupported": {
    cause:
      "the target cannot do what is needed; no folder of this host is mounted where a container's nginx reads, or it runs on another host",
    remedy: "the message says what; for containers, [container.md](container.md)",
  },
  "target": {
    cause: "the target failed in a way that has no code of its own",
    remedy: "the message quotes the target; `--verbose` shows each step",
  },
  "difference": {
    cause:
      "`verify` found files missing, different or unreadable; `config check` found something wrong; `adapter check`: a case failed",
    remedy: "import again: only these are written; each finding says what to do",
  },
  "aborted": {
    cause: "SIGHUP (129), as when the terminal is closed; Ctrl-C (130); SIGTERM (143)",
    remedy:
      "run the same command to continue: staged files are kept for a week; `binimport prune --staged` removes them",
  },
};
