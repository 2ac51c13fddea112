/** Organisations. */
export const organization = {
  none: 'You belong to no organisation yet',
  noneHint: 'Ask an owner to add you, or found your own.',
  name: 'Name of the organisation',
  create: 'Create organisation',
  loadFailed: 'Your organisation could not be loaded',
}
