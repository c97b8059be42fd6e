/** Container runtimes, each as its client tells it. */

export { runtimeNamed, runtimeNames, RUNTIMES } from "./registry.ts";
