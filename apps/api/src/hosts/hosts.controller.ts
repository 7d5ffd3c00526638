import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import { decodePublicKey, formatPublicKeyLine } from '@writ/openssh/key';
import { activeBundleKey } from '@writ/storage';
import type { SignedInCaller } from '../auth/signed-in-caller.js';
import { Handle, HandleHeld } from '../http/handle.js';
import { CurrentCaller, CurrentHost, Holding, Input } from '../http/input.decorator.js';
import type { Held } from '../http/held.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { ResourceServices } from '../resource-services.js';
import { textFile } from '../trust/trust-files.js';
import { approveHost } from './approve-host.js';
import {
  activateBundleKey,
  announceBundleKey,
  bundleKeysOf,
  retireBundleKey,
} from './bundle-key-succession.js';
import { challengeChangedKeys, proveChangedKeys } from './changed-keys.js';
import { createJoinToken } from './create-join-token.js';
import { giveBundle } from './give-bundle.js';
import { giveChanges } from './give-changes.js';
import { challengeHost, giveHostToken } from './give-host-token.js';
import { readHostKit } from './host-kit.js';
import type { HostCaller } from './host-token.js';
import { challengeJoin, join } from './join.js';
import { labelHost } from './label-host.js';
import { hostsPage, oneHost, takeReport } from './read-hosts.js';
import { refuseHost } from './refuse-host.js';
import { removeHost } from './remove-host.js';
import { setHost } from './set-host.js';
import { joinTokensPage, revokeJoinToken } from './usable-join-tokens.js';

@Controller()
export class HostsController {
  constructor(private readonly services: ResourceServices) {}

  @Handle(routes.createJoinToken)
  createToken(
    @Input() input: RouteInput<'createJoinToken'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'createJoinToken'>> {
    return createJoinToken(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.listJoinTokens)
  listTokens(
    @Input() input: RouteInput<'listJoinTokens'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'listJoinTokens'>> {
    return joinTokensPage(this.services, caller, input);
  }

  @Handle(routes.revokeJoinToken)
  revokeToken(
    @Input() input: RouteInput<'revokeJoinToken'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'revokeJoinToken'>> {
    return revokeJoinToken(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.listHosts)
  list(
    @Input() input: RouteInput<'listHosts'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'listHosts'>> {
    return hostsPage(this.services, caller, input);
  }

  @Handle(routes.showHost)
  show(
    @Input() input: RouteInput<'showHost'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'showHost'>> {
    return oneHost(this.services, caller, input);
  }

  @Handle(routes.labelHost)
  label(
    @Input() input: RouteInput<'labelHost'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'labelHost'>> {
    return labelHost(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.setHost)
  set(
    @Input() input: RouteInput<'setHost'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'setHost'>> {
    return setHost(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.approveHost)
  approve(
    @Input() input: RouteInput<'approveHost'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'approveHost'>> {
    return approveHost(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.refuseHost)
  refuse(
    @Input() input: RouteInput<'refuseHost'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'refuseHost'>> {
    return refuseHost(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.removeHost)
  remove(
    @Input() input: RouteInput<'removeHost'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'removeHost'>> {
    return removeHost(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.challengeJoin)
  challengeJoin(@Input() input: RouteInput<'challengeJoin'>): Promise<RouteOutput<'challengeJoin'>> {
    return challengeJoin(this.services, input);
  }

  @Handle(routes.join)
  join(@Input() input: RouteInput<'join'>): Promise<RouteOutput<'join'>> {
    return join(this.services, input);
  }

  @Handle(routes.challengeHost)
  challengeHost(@Input() input: RouteInput<'challengeHost'>): Promise<RouteOutput<'challengeHost'>> {
    return challengeHost(this.services, input);
  }

  @Handle(routes.giveHostToken)
  giveToken(@Input() input: RouteInput<'giveHostToken'>): Promise<RouteOutput<'giveHostToken'>> {
    return giveHostToken(this.services, input);
  }

  @Handle(routes.challengeHostKeys)
  challengeKeys(@Input() input: RouteInput<'challengeHostKeys'>): Promise<RouteOutput<'challengeHostKeys'>> {
    return challengeChangedKeys(this.services, input);
  }

  @Handle(routes.proveHostKeys)
  proveKeys(@Input() input: RouteInput<'proveHostKeys'>): Promise<RouteOutput<'proveHostKeys'>> {
    return proveChangedKeys(this.services, input);
  }

  @Handle(routes.hostBundle)
  bundle(
    @Input() input: RouteInput<'hostBundle'>,
    @CurrentHost() host: HostCaller,
  ): Promise<RouteOutput<'hostBundle'>> {
    return giveBundle(this.services, host, input.requestId);
  }

  @HandleHeld(routes.hostChanges)
  changes(
    @Input() input: RouteInput<'hostChanges'>,
    @CurrentHost() host: HostCaller,
    @Holding() held: Held,
  ): Promise<void> {
    return giveChanges(this.services, host, input, held);
  }

  @Handle(routes.reportHost)
  report(@Input() input: RouteInput<'reportHost'>, @CurrentHost() host: HostCaller): Promise<void> {
    return takeReport(this.services, host, input);
  }

  @Handle(routes.hostKit)
  async hostKit(): Promise<RouteOutput<'hostKit'>> {
    return textFile(await readHostKit());
  }

  @Handle(routes.listBundleKeys)
  bundleKeys(@CurrentCaller() caller: SignedInCaller): Promise<RouteOutput<'listBundleKeys'>> {
    return bundleKeysOf(this.services.store, caller);
  }

  @Handle(routes.announceBundleKey)
  announceBundleKey(
    @Input() { requestId }: RouteInput<'announceBundleKey'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'announceBundleKey'>> {
    return announceBundleKey(this.services, { caller, requestId });
  }

  @Handle(routes.activateBundleKey)
  activateBundleKey(
    @Input() input: RouteInput<'activateBundleKey'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'activateBundleKey'>> {
    return activateBundleKey(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.retireBundleKey)
  retireBundleKey(
    @Input() input: RouteInput<'retireBundleKey'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'retireBundleKey'>> {
    return retireBundleKey(this.services, { caller, requestId: input.requestId }, input);
  }

  @Handle(routes.bundleKey)
  async bundleKey(@Input() { params }: RouteInput<'bundleKey'>): Promise<RouteOutput<'bundleKey'>> {
    const { store, publicOrganizations } = this.services;
    const organizationId = await publicOrganizations(params.organization);
    const key = await store.within([organizationId], (tx) => activeBundleKey(tx, organizationId));
    const line = key === null ? '' : formatPublicKeyLine({ key: decodePublicKey(key.publicKey) });
    return textFile(line === '' ? '' : `${line}\n`);
  }
}
