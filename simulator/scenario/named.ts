import { readdirSync, readFileSync } from 'node:fs'
import { Scenario } from './schema.ts'

const FOLDER = new URL('../scenarios/', import.meta.url)

/** The scenarios that come with the simulator, by name. Throws when one of them does not fit its schema. */
export function namedScenarios(): Map<string, Scenario> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.json'))
  const scenarios = files.map((file) => Scenario.parse(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'))))
  return new Map(scenarios.map((scenario) => [scenario.name, scenario]))
}
