/** Signing in. */
export const signIn = {
  title: 'Sign in',
  intro: 'Link, watch and remove the WhatsApp numbers of your organisation.',
  email: 'E-mail',
  password: 'Password',
  submit: 'Sign in',
  submitting: 'Signing in…',
  demo: 'This is the demo. Its password is printed where Latchkey was started.',
}
