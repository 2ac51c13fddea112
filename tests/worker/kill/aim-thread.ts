/**
 * Kills a process at the instant at which a name shows up or goes in a folder. A thread of its own, so that whatever else the test is
 * busy with does not make it late: what is aimed at lasts for a millisecond.
 */
import { watch } from 'node:fs'
import type { FSWatcher } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import type { AimMessage } from './aim.ts'

const port = parentPort
if (!port) throw new Error('this file is a thread')
let watcher: FSWatcher | null = null

const disarm = (): void => {
  watcher?.close()
  watcher = null
}

port.on('message', (message: AimMessage) => {
  disarm()
  if (message.type === 'disarm') return port.postMessage('disarmed')
  const name = new RegExp(message.name)
  watcher = watch(message.folder, (_event, changed) => {
    if (watcher === null || changed === null || !name.test(changed)) return
    disarm()
    process.kill(message.pid, 'SIGKILL')
  })
  port.postMessage('armed')
})
