import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { printable } from './printable.ts'
import { writePrivateFile } from './private-file.ts'

export type Mail = { to: string; subject: string; text?: string }
/** Takes what Auth sends. */
export type Mailbox = { send(mail: Mail): Promise<void> }

/** How many mails are kept. */
const KEPT = 50

/**
 * The post of a machine that has no mail server: each mail is a file that only its owner may read, and the console says where. What it
 * says is not printed: whoever has the link of a mail is in.
 */
export function createMailbox(folder: string, say: (line: string) => void): Mailbox {
  return {
    async send({ to, subject, text = '' }) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const name = `${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${randomBytes(3).toString('hex')}.txt`
      await writePrivateFile(join(folder, name), `To: ${oneLine(to)}\nSubject: ${oneLine(subject)}\n\n${text}\n`)
      await forgetOld(folder)
      say(printable(`Mail to ${oneLine(to)}: ${oneLine(subject)}. It is in ${join(folder, name)}`))
    },
  }
}

/** The newest stay. What is being written at this moment has another ending. */
async function forgetOld(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.txt')).toSorted()
  await Promise.all(names.slice(0, -KEPT).map((name) => rm(join(folder, name), { force: true })))
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ')
}
