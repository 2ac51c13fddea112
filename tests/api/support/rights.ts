import type { DocumentName, Operation } from './resolve.ts'
import type { Plan } from './plan.ts'
import type { Answered } from './send.ts'

/** Who may be answered with success, by what the document says of the operation. */
function mayCall(name: DocumentName, operation: Operation, who: string): boolean {
  if (operation.security.length === 0) return true
  if (operation.tags.includes('Doctor')) return who === 'doctor'
  // An organisation that has nothing is told so.
  const isList = /list$/i.test(operation.operationId)
  if (name === 'worker') return who === 'right' || (isList && (who === 'of another organisation' || who === 'for another session'))
  if (who === 'admin' || (isList && who === 'stranger')) return true
  return who === 'agent' && operation.description?.startsWith('For all members') === true
}

/** Whether a call got what it had no right to: success, or a word about a bystander. Returns what, or `null`. */
export function trespass(
  name: DocumentName,
  operation: Operation,
  plan: Plan,
  answered: Answered,
  secrets: readonly string[],
): string | null {
  const succeeded = answered.status < 300
  if (plan.method === operation.method.toUpperCase() && !mayCall(name, operation, plan.who)) {
    if (succeeded) return `"${plan.who}" got what it may not have`
    // How a session is, is for those who may ask: whoever may not is refused before.
    const isState = answered.status >= 409 && answered.status !== 413 && !answered.text.includes('ambiguous_phone_number')
    if (isState) return `"${plan.who}" was told how a session is`
  }
  const named = [...Object.values(plan.parts), ...plan.query.map(([, value]) => value)]
  const session = operation.path.includes('{session}') ? plan.parts['session'] : (plan.parts['phone'] ?? '')
  if (succeeded && session?.startsWith('@bystander')) return 'a bystander’s session was answered for'
  if (operation.tags.includes('Doctor')) return null
  const told = secrets.find((secret) => answered.text.includes(secret))
  return told !== undefined && !named.some((value) => value.startsWith('@bystander') || value === '@others')
    ? `it tells "${told}" of a bystander`
    : null
}
