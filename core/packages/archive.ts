/** A package that is an archive: a tar, compressed or not, a tar that holds such packages, or an image. */
import { digestOf, sha256 } from "../util/digest.ts";
import { BinimportError } from "../util/errors.ts";
import { shellWord } from "../util/hints.ts";
import { type Learnt, type Reading, restating, tarItems } from "./archive_items.ts";
import { unpack } from "./compression/mod.ts";
import { isPackageError, restated, unsupported } from "./errors.ts";
import type { ByteSource } from "./file_source.ts";
import { imageItems } from "./iso9660/mod.ts";
import { baseOf, ReadAgain } from "./names/mod.ts";
import type { Package, PackageItem, ReadOptions } from "./package.ts";
import { meter, Tally, warningsOf } from "./tally.ts";

/** How `split` and others name parts of a file: `.aa`, `.001`, `.part-aa`. */
const PART = /\.(?:(?!gz|xz)[a-z]{2}|\d{2,3}|part[\w-]*)$/;

/**
 * A package over an archive, which its checksum file `expected` vouches for; below `into`. A reading
 * that finds out that it went wrong begins another one.
 */
export function archivePackage(
  source: ByteSource,
  expected?: Package["expected"],
  into?: string,
): Package {
  const { name, size, replayable } = source;
  const learnt: Learnt = { topFolders: new Map(), artifactSets: new Set() };

  /** Messages so far say only the state. */
  function named(error: BinimportError): BinimportError {
    const isPart = PART.test(name) && /-(?:damaged|unsupported)$/.test(error.code);
    const hint = isPart ? "Give all parts of it: cat PART… | binimport … -" : undefined;
    return restated(error, `Cannot read package ${JSON.stringify(name)}: ${error.message}`, hint);
  }

  function read(options: ReadOptions = {}): ReturnType<Package["read"]> {
    let digest: string | undefined;
    async function* items(): AsyncGenerator<PackageItem> {
      const [hash, tally, watch] = [sha256(), new Tally(), meter(options.limits)];
      async function* bytes(): AsyncGenerator<Uint8Array> {
        for await (const chunk of source.chunks(options.signal)) {
          hash.update(chunk);
          watch.packed(chunk.length);
          options.onBytes?.(chunk.length);
          yield chunk;
        }
      }
      const reading: Reading = { options, watch, tally, learnt, into };
      try {
        const inside = await unpack(bytes(), watch);
        if (inside.kind === "tar") yield* tarItems(inside, reading);
        else {
          yield* imageItems(inside.chunks, reading, inside.isPacked ? undefined : source.open);
        }
      } catch (error) {
        if (!(error instanceof ReadAgain)) throw error;
        if (!replayable) throw error.refusal;
        yield { kind: "restart" };
        return yield* items();
      }
      if (tally.files === 0) throw nothingLeft(tally, options.stripComponents);
      digest = hash.digest("hex");
      for (const warning of warningsOf(name, tally)) options.onWarning?.(warning);
    }
    return { items: restating(items(), named), sha256: () => digest };
  }

  const digest = (signal?: AbortSignal) =>
    digestOf(source.chunks(signal), signal).then((whole) => whole.sha256, (error) => {
      throw isPackageError(error) ? named(error) : error;
    });

  return {
    name,
    ...(size === undefined ? {} : { size }),
    ...(expected === undefined ? {} : { expected }),
    replayable,
    nextCommands: () =>
      [...(learnt.kind === "outer" ? learnt.artifactSets : [])]
        .map((member) => applyMember(source.open && name, member)),
    read,
    ...(replayable ? { digest } : {}),
  };
}

/** The command that takes a member of an archive, if that is a file here, to the cluster. */
export function applyMember(archive: string | undefined, member: string): string {
  if (archive === undefined) {
    return `kubectl apply -f ${baseOf(member)}   # ${JSON.stringify(member)} in the package`;
  }
  return `tar -xOf ${shellWord(archive)} ${shellWord(member)} | kubectl apply -f -`;
}

function nothingLeft({ counts }: Tally, strip: ReadOptions["stripComponents"]): BinimportError {
  const stripped = counts.get("stripped-away")?.count;
  if (stripped !== undefined) {
    return unsupported(
      `none of its ${stripped} files is left after --strip-components ${strip ?? "auto"}`,
      "Its files have no folder above them: try --strip-components 0.",
    );
  }
  const state = counts.has("junk") ? "it holds nothing but junk" : "it holds no files";
  return new BinimportError("package-damaged", state);
}
