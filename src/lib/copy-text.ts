import { toast } from './toast.ts'

/** What is said of a copy. */
type CopyWords = { copied: string; copyFailed: string }

/** Puts a text on the clipboard, says whether that went well, and answers so; a page that is not served safely has no clipboard at all. */
export async function copyText(text: string, { copied, copyFailed }: CopyWords): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    toast.success(copied)
    return true
  } catch {
    toast.error(copyFailed)
    return false
  }
}
