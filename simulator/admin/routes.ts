import type { Controls } from '../controls.ts'
import type { Director } from '../scenario/director.ts'
import { accountRoutes } from './account-routes.ts'
import { ok, problem } from './answers.ts'
import type { Answer } from './answers.ts'
import { checked, scanned } from './route.ts'
import type { Route } from './route.ts'
import { Body, PathPart } from './schemas.ts'

/** The routes over a simulator's controls and its director. */
export function createRoutes(controls: Controls, director: Director): Route[] {
  const onDevice = (name: string, act: (jid: string) => boolean): Route => ({
    method: 'POST',
    path: `/api/devices/:jid/${name}`,
    act: (parts, body) => checked(PathPart.jid, parts['jid'], (jid) => checked(Body.nothing, body, () => known(act(jid))), 'jid'),
  })

  return [
    { method: 'GET', path: '/api/state', act: () => ok(state(controls)) },
    {
      method: 'POST',
      path: '/api/scan',
      act: (_parts, body) => checked(Body.scan, body, async ({ qr, phone }) => scanned(await controls.scan(qr, phone))),
    },
    {
      method: 'POST',
      path: '/api/waiting/:id/scan',
      act: (parts, body) =>
        checked(
          PathPart.id,
          parts['id'],
          (id) => checked(Body.scanWaiting, body, async ({ phone }) => scanned(await controls.scanWaiting(id, phone))),
          'id',
        ),
    },
    onDevice('unlink', (jid) => controls.unlink(jid)),
    onDevice('offline', (jid) => controls.goOffline(jid)),
    onDevice('online', (jid) => controls.comeBack(jid)),
    onDevice('drop', (jid) => controls.drop(jid)),
    onDevice('replace', (jid) => controls.replace(jid)),
    {
      method: 'POST',
      path: '/api/devices/:jid/fail',
      act: (parts, body) =>
        checked(PathPart.jid, parts['jid'], (jid) => checked(Body.fail, body, ({ reason }) => known(controls.fail(jid, reason))), 'jid'),
    },
    ...accountRoutes(controls),
    {
      method: 'POST',
      path: '/api/refusals',
      act: (_parts, body) =>
        checked(Body.refusal, body, (refusal) => {
          controls.refuse(refusal)
          return ok()
        }),
    },
    {
      method: 'DELETE',
      path: '/api/refusals',
      act: () => {
        controls.allow()
        return ok()
      },
    },
    {
      method: 'PATCH',
      path: '/api/behaviour',
      act: (_parts, body) => checked(Body.behaviour, body, (change) => ok(controls.configure(change))),
    },
    {
      method: 'POST',
      path: '/api/scenario',
      act: (_parts, body) =>
        checked(Body.scenario, body, (asked) => {
          const run = director.begin('steps' in asked ? asked : asked.name)
          return run ? ok(run, 202) : problem(404, 'unknown_scenario', `The scenarios are ${director.names().join(', ')}.`, 'name')
        }),
    },
    { method: 'GET', path: '/api/scenario', act: () => ok({ run: director.last() ?? null, scenarios: director.names() }) },
    {
      method: 'POST',
      path: '/api/camera',
      act: (_parts, body) =>
        checked(Body.camera, body, ({ noisePublicKey, advSecret }) => {
          controls.seeQr(noisePublicKey, advSecret)
          return ok()
        }),
    },
  ]
}

function state(controls: Controls) {
  return {
    phones: controls.accounts(),
    devices: controls.devices(),
    waiting: controls.waiting(),
    behaviour: controls.behaviour(),
    counts: controls.counts(),
  }
}

function known(found: boolean): Answer {
  return found ? ok() : problem(404, 'unknown_device', 'No such device is linked, or it is not online.', 'jid')
}
