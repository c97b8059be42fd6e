/** The repository that a file names, if it can be used. */
import type { ClusterConfig } from "../../config/mod.ts";
import { BinimportError } from "../../core/errors.ts";
import type { Repository } from "../../core/repository.ts";
import { loadConfig } from "./load.ts";

/** The repository that a file names. Code `config-invalid` when it names none that can be used. */
export async function externalRepository({ block, file }: ClusterConfig): Promise<Repository> {
  const { ENDPOINT_FAULTS, endpointFault, repositoryOf, shownEndpoint } = await loadConfig();
  const repository = repositoryOf(block, file.name);
  if (repository === undefined) {
    throw new BinimportError(
      "config-invalid",
      `Cannot tell from ${
        JSON.stringify(file.name)
      } where binaries are: no external endpoint is set`,
      { hint: `Set one: binimport config set ${file.name} --endpoint URL` },
    );
  }
  const { endpoint, user } = repository;
  const fault = endpointFault(endpoint, user === undefined ? "http" : "s3");
  if (fault === undefined) return repository;
  const [state, hint] = ENDPOINT_FAULTS[fault];
  throw new BinimportError(
    "config-invalid",
    `Cannot use the endpoint "${shownEndpoint(endpoint)}" of ${
      JSON.stringify(file.name)
    }: ${state}`,
    { hint },
  );
}
