import { equal, match } from "node:assert/strict";
import { readTlsIdentity } from "../../serve/tls.ts";
import { makeCertificates } from "../support/certificates.ts";
import { failsWith } from "../support/fails_with.ts";
import { testWithTools } from "../support/require.ts";
import { run } from "../support/run.ts";

testWithTools(
  "tls: a certificate and its key, and what does not go together",
  ["openssl"],
  async (t) => {
    await using one = await makeCertificates(["IP:127.0.0.1"]);
    await using other = await makeCertificates(["IP:127.0.0.1"]);
    const [cert, key] = [`${one.folder}/public.crt`, `${one.folder}/private.key`];

    await t.step("both, and that clients will refuse it when it is too old", async () => {
      equal((await readTlsIdentity(cert, key)).warning, undefined);
      const later = new Date(Date.now() + 5 * 86_400_000);
      match((await readTlsIdentity(cert, key, later)).warning ?? "", /not valid any more/);
      match((await readTlsIdentity(cert, key, new Date(0))).warning ?? "", /not valid yet/);
    });
    await t.step("the key of another one", async () => {
      const wrong = () => readTlsIdentity(cert, `${other.folder}/private.key`);
      await failsWith("usage", /it does not belong to the key/, wrong);
    });
    await t.step("taken for each other", async () => {
      await failsWith("usage", /holds no certificate in PEM/, () => readTlsIdentity(key, cert));
      await failsWith("usage", /holds no private key in PEM/, () => readTlsIdentity(cert, cert));
    });
    await t.step("not there", async () => {
      await failsWith(
        "usage",
        /Cannot read the certificate/,
        () => readTlsIdentity(`${cert}x`, key),
      );
    });
    await t.step("a key with a passphrase", async () => {
      const locked = `${one.folder}/locked.key`;
      await run("openssl", ["pkcs8", "-topk8", "-in", key, "-passout", "pass:x", "-out", locked]);
      await failsWith("usage", /it has a passphrase/, () => readTlsIdentity(cert, locked));
    });
  },
);
