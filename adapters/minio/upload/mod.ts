/** Uploads: whole objects, parts side by side, and uploads that were left behind. */

export { abortAllStaleUploads, takeStaleUpload } from "./stale_uploads.ts";
export { putSource, stageSource } from "./upload.ts";
