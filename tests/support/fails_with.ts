/** Asserts how something fails. */
import assert from "node:assert/strict";
import { BinimportError, type ErrorCode } from "../../core/util/errors.ts";

/** `run` rejects with a {@linkcode BinimportError} of this code, whose message matches. */
export async function failsWith(
  code: ErrorCode,
  message: RegExp,
  run: Promise<unknown> | (() => Promise<unknown>),
): Promise<BinimportError> {
  try {
    await (typeof run === "function" ? run() : run);
  } catch (error) {
    if (!(error instanceof BinimportError)) throw error;
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    return error;
  }
  assert.fail(`should have failed with ${code} and ${message}`);
}
