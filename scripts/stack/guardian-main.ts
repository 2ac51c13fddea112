import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { processMark } from './process-mark.ts'

type Ward = { pid: number; rank: number; signal: NodeJS.Signals }

/** How long a process may take to end after it was asked to, milliseconds. */
const PATIENCE_MS = 5000
const wards = new Map<number, Ward>()

for await (const line of createInterface({ input: process.stdin })) {
  const [word, pid, rank, signal] = line.split(' ')
  if (word === 'add') wards.set(Number(pid), { pid: Number(pid), rank: Number(rank), signal: signal as NodeJS.Signals })
  if (word === 'remove') wards.delete(Number(pid))
}

// The pipe is closed. After an orderly end nobody is left here; else the launcher is gone.
const ranks = [...new Set([...wards.values()].map((ward) => ward.rank))].toSorted((a, b) => a - b)
for (const rank of ranks) {
  await Promise.all([...wards.values()].filter((ward) => ward.rank === rank).map(end))
}

async function end({ pid, signal }: Ward): Promise<void> {
  const until = Date.now() + PATIENCE_MS
  send(pid, signal)
  while ((await processMark(pid)) !== '') {
    if (Date.now() > until) return send(pid, 'SIGKILL')
    await sleep(50)
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}
