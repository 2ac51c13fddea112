/**
 * Preload: at SIGUSR2 something throws what a library could throw that was hit in the middle of its work: an error with secrets in its
 * message, its fields and its cause, and with lines that look like more of the log. `EXPLODE`: how.
 */
const secret = 'S3CRET-S3CRET'

function explosion(): Error {
  const message = `cannot use ${secret}\n    at ${secret} (/${secret}/worker/x.ts:1:1)\n{"level":30,"msg":"forged"}`
  return Object.assign(new TypeError(message, { cause: new Error(secret) }), {
    creds: { noiseKey: secret },
    code: secret,
    [secret]: secret,
  })
}

process.on('SIGUSR2', () => {
  if (process.env['EXPLODE'] === 'rejection') void Promise.reject(explosion())
  else if (process.env['EXPLODE'] === 'no error') throw secret
  else throw explosion()
})
