import { equal } from "node:assert/strict";
import { nearest } from "../../../core/util/hints.ts";

const NAMES = ["nginx-fs", "minio", "container", "http-put", "memory", "s3"];

for (
  const [typed, expected] of [
    ["nginxfs", "nginx-fs"],
    ["NGINX_FS", "nginx-fs"],
    ["mino", "minio"],
    ["mniio", "minio"],
    ["contaner", "container"],
    ["httpput", "http-put"],
    ["s4", "s3"],
    ["floppy", undefined],
    ["", undefined],
  ] as const
) {
  Deno.test(`nearest: ${JSON.stringify(typed)} is taken for ${expected}`, () => {
    equal(nearest(typed, NAMES), expected);
  });
}
