export { organization } from '../en/organization.ts'
