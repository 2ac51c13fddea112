export { signIn } from '../en/account.ts'
