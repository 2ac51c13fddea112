import { MAX_TEXT_LENGTH } from '#domain/message.ts'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { asFailure } from '../../../lib/failure.ts'
import { useSupabase } from '../../../lib/supabase.ts'
import { useWords } from '../../../words/words.ts'
import { sendText, textsKey } from './message-queries.ts'
import type { FetchNumberTools } from './number-tools.ts'

/** What is wrong, and where. `null` fields are fine. */
type Problems = { to: string | null; text: string | null; other: string | null }

const NONE: Problems = { to: null, text: null, other: null }

/** A text that is being written, checked and handed over. */
export function useSendText(sessionId: string, fetchNumberTools: FetchNumberTools, initialTo: string) {
  const words = useWords()
  const client = useSupabase()
  const queries = useQueryClient()
  const [to, setTo] = useState(initialTo)
  const [text, setText] = useState('')
  const [problems, setProblems] = useState(NONE)
  const [isQueued, setQueued] = useState(false)
  const sending = useMutation({ mutationFn: (wanted: { to: string; text: string }) => sendText(client, sessionId, wanted) })

  const numberProblem = async (): Promise<{ number: string } | { problem: string }> => {
    if (to.trim() === '') return { problem: words.messages.emptyNumber }
    try {
      const { readNumber } = await fetchNumberTools()
      const read = readNumber(to)
      return read.ok ? { number: read.number } : { problem: words.link.pairing.problems[read.problem] }
    } catch {
      // Without the tools the server has the word.
      return { number: to }
    }
  }

  /** Says which field is to be corrected; `null`: handed over, or it is nothing that was typed. */
  const send = async (): Promise<'to' | 'text' | null> => {
    setQueued(false)
    const number = await numberProblem()
    const found: Problems = {
      to: 'problem' in number ? number.problem : null,
      text: text.trim() === '' ? words.messages.emptyText : text.length > MAX_TEXT_LENGTH ? words.messages.tooLong(MAX_TEXT_LENGTH) : null,
      other: null,
    }
    setProblems(found)
    if ('problem' in number) return 'to'
    if (found.text) return 'text'
    try {
      await sending.mutateAsync({ to: number.number, text })
    } catch (error) {
      const { code, field } = asFailure(error)
      const isNumber = code === 'invalid_input' && field === 'to'
      setProblems({ ...NONE, ...(isNumber ? { to: words.link.pairing.problems.refused } : { other: words.failures[code] }) })
      return isNumber ? 'to' : null
    }
    setText('')
    setQueued(true)
    await queries.invalidateQueries({ queryKey: textsKey(sessionId) })
    return null
  }

  return {
    to,
    text,
    problems,
    isQueued,
    isSending: sending.isPending,
    send,
    typeTo: (typed: string) => {
      setTo(typed)
      setProblems((before) => ({ ...before, to: null }))
    },
    typeText: (typed: string) => {
      setText(typed)
      setQueued(false)
      setProblems((before) => ({ ...before, text: null, other: null }))
    },
    /** Writes the number as it is written internationally, once it is whole. */
    tidyTo: async () => {
      const tools = await fetchNumberTools().catch(() => null)
      if (tools?.readNumber(to).ok) setTo(tools.formatAsTyped(to).text)
    },
  }
}
