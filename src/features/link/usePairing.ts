import { useEffect, useState } from 'react'
import { asFailure, type Failure } from '../../lib/failure.ts'
import { usePhoneLabel } from '../../lib/phone-label.ts'
import { useWords } from '../../words/words.ts'
import type { LinkView, Pairing } from './link-view.ts'
import type { formatAsTyped, NumberProblem } from './phone-tools.ts'

/** How the phone is to be linked. */
export type LinkMethod = 'qr' | 'phone'
/** What is wrong, in words. `field`: with the number; else with something that another try may mend. */
export type PairingProblem = { text: string; field: boolean }

/**
 * Linking by a code that is typed on the phone: the number, and asking for its code. A code that is there already, from before a reload
 * or from another tab, is shown unasked; who has chosen the QR is left with it.
 */
export function usePairing(view: LinkView, onRequestCode: (phoneNumber: string) => Promise<Failure | null>) {
  const words = useWords()
  const phone = usePhoneLabel()
  const [methods] = useState(methodsHere)
  const [chosen, setChosen] = useState<LinkMethod | null>(null)
  const [number, setNumber] = useState('')
  const [country, setCountry] = useState<string | null>(null)
  const [asking, setAsking] = useState(false)
  const [problem, setProblem] = useState<PairingProblem | null>(null)
  const [isEditing, setEditing] = useState(false)
  const [tools, setTools] = useState<{ formatAsTyped: typeof formatAsTyped } | null>(null)

  const numberOf = ({ phoneNumber }: Pairing) => {
    const label = phone(phoneNumber)
    return tools?.formatAsTyped(label).text ?? label
  }
  const pairing = view.step === 'scan' ? view.pairing : null
  const [seen, setSeen] = useState<string | null>(null)
  if (pairing && pairing.code !== seen) {
    setSeen(pairing.code)
    setEditing(false)
    setProblem(null)
    setChosen(chosen ?? 'phone')
    setNumber(numberOf(pairing))
  }

  const method = chosen ?? methods[0]
  useEffect(() => {
    if (method !== 'phone') return undefined
    let wanted = true
    // Where it cannot be fetched the number is not formatted, and asking says what is wrong.
    import('./phone-tools.ts').then(
      (loaded) => wanted && setTools(loaded),
      () => undefined,
    )
    return () => {
      wanted = false
    }
  }, [method])

  /** `format`: only where the cursor stands at the end, or it would jump there. */
  const type = (text: string, format: boolean) => {
    const read = tools?.formatAsTyped(text)
    setNumber(read && format ? read.text : text)
    setCountry(read?.country ?? null)
    setProblem(null)
  }

  /** Asks for a code for what is typed; resolves to what became of it. */
  const ask = async (): Promise<'asked' | 'no_number' | 'refused'> => {
    if (asking) return 'asked'
    setAsking(true)
    setProblem(null)
    const wrong = await askFor(number, onRequestCode)
    setAsking(false)
    if (wrong) setProblem(problemWords(wrong, words))
    else setEditing(false)
    if (!wrong) return 'asked'
    return 'number' in wrong ? 'no_number' : 'refused'
  }

  return {
    methods,
    method,
    choose: setChosen,
    number,
    country,
    type,
    ask,
    asking,
    problem,
    /** The code to show; `null`: the number is asked for. */
    shown: isEditing ? null : pairing,
    /** The number is to be changed although there is a code. */
    isEditing,
    edit: () => setEditing(true),
    /** The number that a code is for, as it is written. */
    numberOf,
  }
}
export type PairingState = ReturnType<typeof usePairing>

/** The ways, the likelier first: a phone cannot scan its own screen. */
function methodsHere(): readonly [LinkMethod, LinkMethod] {
  return matchMedia('(pointer: coarse) and (max-width: 40rem)').matches ? ['phone', 'qr'] : ['qr', 'phone']
}

type Wrong = { number: NumberProblem } | { failure: Failure }

async function askFor(text: string, onRequestCode: (phoneNumber: string) => Promise<Failure | null>): Promise<Wrong | null> {
  try {
    const { readNumber } = await import('./phone-tools.ts')
    const read = readNumber(text)
    if (!read.ok) return { number: read.problem }
    const failure = await onRequestCode(read.number)
    return failure && { failure }
  } catch (error) {
    return { failure: asFailure(error) }
  }
}

function problemWords(wrong: Wrong, { failures, link }: ReturnType<typeof useWords>): PairingProblem {
  if ('number' in wrong) return { text: link.pairing.problems[wrong.number], field: true }
  const { code, field } = wrong.failure
  if (code === 'invalid_input' && field === 'phoneNumber') return { text: link.pairing.problems.refused, field: true }
  return { text: code === 'whatsapp_unavailable' ? link.pairing.noCode : failures[code], field: false }
}
