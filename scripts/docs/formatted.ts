/** Markdown in the project's form, so that a generated page is one that `deno fmt` leaves alone. */

const PROJECT = new URL("../../", import.meta.url);

/** As `deno fmt` writes it. */
export async function formatted(markdown: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "md", "-"],
    cwd: PROJECT,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const fed = ReadableStream.from([new TextEncoder().encode(markdown)]).pipeTo(child.stdin);
  const { success, stdout } = await child.output();
  await fed;
  if (!success) throw new Error("Cannot format the page: deno fmt failed");
  return new TextDecoder().decode(stdout);
}
