/** Archives of container images, which are no files for a web server. */
import { BinimportError } from "../../util/errors.ts";

/** Below one folder at the most. */
const INDEX = /^(?:\.\/)*(?:[^/]+\/)?(?:manifest\.json|oci-layout)$/;

/** A layer: as `docker save` names it since 25 and the OCI layout, and as it did before. */
const LAYER =
  /^(?:\.\/)*(?:[^/]+\/)?(?:blobs\/sha256\/[0-9a-f]{64}|[0-9a-f]{64}\/layer\.tar|[0-9a-f]{64}\.tar)$/;

/** Watches the names in an archive; throws once they are those of container images. */
export function refuseContainerImages(): (name: string) => void {
  let [hasIndex, hasLayer] = [false, false];
  return (name) => {
    hasIndex ||= INDEX.test(name);
    hasLayer ||= LAYER.test(name);
    if (!hasIndex || !hasLayer) return;
    throw new BinimportError("package-unsupported", "it is an archive of container images", {
      hint:
        "Container images go into a registry: kubean's import_images.sh, skopeo copy, or docker load. Give the archive of files.",
    });
  };
}
