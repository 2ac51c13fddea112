import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { eventually } from './eventually.ts'

/** What systemd would hear. `environment`: for the process that tells it. */
export type Hearer = { environment: Record<string, string>; words: () => string[]; stop(): void }

/** A datagram socket of the file system, as systemd binds one. Each word goes on a line of the file that is named second. */
const RECEIVER = `
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
with open(sys.argv[2], 'a', buffering=1) as out:
    while True:
        for word in s.recv(4096).decode().splitlines():
            if not word.startswith('BARRIER'):
                out.write(word + '\\n')
`

/**
 * The real systemd-notify at a real socket, which needs systemd's tools and Python; on a machine that lacks them a program of that name that
 * writes down what it was asked to send, so that the worker's part is seen all the same.
 */
export async function hearAsSystemd(folder: string): Promise<Hearer> {
  const [socket, heard] = [join(folder, 'notify'), join(folder, 'heard')]
  writeFileSync(heard, '')
  const words = (): string[] => readFileSync(heard, 'utf8').split('\n').slice(0, -1)
  const isReal = ['systemd-notify', 'python3'].every((tool) => spawnSync(tool, ['--version']).status === 0)
  if (!isReal) {
    const program = join(folder, 'systemd-notify')
    writeFileSync(program, `#!/bin/sh\necho "$1" >> '${heard}'\n`)
    chmodSync(program, 0o755)
    return { environment: { NOTIFY_SOCKET: socket, PATH: folder + delimiter + (process.env['PATH'] ?? '') }, words, stop() {} }
  }
  const receiver = spawn('python3', ['-c', RECEIVER, socket, heard], { stdio: 'ignore' })
  await eventually(() => {
    if (!existsSync(socket)) throw new Error('nobody listens')
  })
  return { environment: { NOTIFY_SOCKET: socket }, words, stop: () => void receiver.kill() }
}
