// What tests need to run a service in their own process, and nothing else does.
export { sealAnew } from './commands/rewrap.js';
export { sealedBundleKeys } from './hosts/bundle-keys.js';
export { sealedSecondFactors } from './second-factor/secrets.js';
export type { Adapters } from './adapters.js';
export { allRoutes, AppModule, openAdapters } from './app.module.js';
export { Passwords } from './auth/passwords.js';
export { newHostToken } from './hosts/join.js';
export { ResourceServices } from './resource-services.js';
export { readConfig } from './config/config.js';
export { noExtension, type Extension } from './extension.js';
export type { TlsPair } from './http/adapter.js';
export { found } from './installation/found.js';
export { endTrust, type CertificateToEnd } from './revocations/end-trust.js';
export { publishKrl, publishWholeKrl } from './revocations/publish-krl.js';
export { makeLog } from './log.js';
export { tidy } from './service/housekeeping.js';
export { startService } from './service/service.js';
export { certificatePin, selfSigned } from './tls/self-signed.js';
