/** Settings › WhatsApp › one session. */
export default function SessionPage({ sessionId }: { sessionId: string }) {
  return <h1>{sessionId}</h1>
}
