/** What a trust bundle can be written as. */
export const trustForms = [
  'bundle',
  'known-hosts',
  'user-ca',
  'cloud-init',
  'dockerfile',
  'configmap',
  'ansible',
] as const;
export type TrustForm = (typeof trustForms)[number];
