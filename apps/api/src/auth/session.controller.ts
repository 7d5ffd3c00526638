import { Controller } from '@nestjs/common';
import { routes } from '@writ/contract';
import { Handle } from '../http/handle.js';
import { CurrentCaller, Input } from '../http/input.decorator.js';
import type { RouteInput, RouteOutput } from '../http/route-input.js';
import { acceptInvitation } from './accept-invitation.js';
import { challengeSignIn } from './challenge-sign-in.js';
import { changePassword } from './change-password.js';
import { refresh } from './refresh.js';
import { SessionServices } from './session-services.js';
import { SharedWork } from './shared-work.js';
import { signOut } from './sign-out.js';
import type { SignedInCaller } from './signed-in-caller.js';
import { signIn } from './sign-in.js';
import { signInByKey } from './sign-in-by-key.js';
import { whoami } from './whoami.js';

@Controller()
export class SessionController {
  private readonly refreshing = new SharedWork<RouteOutput<'refresh'>>();

  constructor(private readonly services: SessionServices) {}

  @Handle(routes.signIn)
  async signIn(@Input() { body, source, requestId }: RouteInput<'signIn'>): Promise<RouteOutput<'signIn'>> {
    const { auth, strategies } = this.services;
    const who = await strategies.authenticate('local', { headers: {}, body, source, requestId });
    return signIn(auth, who, { source, requestId });
  }

  @Handle(routes.acceptInvitation)
  acceptInvitation(@Input() input: RouteInput<'acceptInvitation'>): Promise<RouteOutput<'acceptInvitation'>> {
    return acceptInvitation(this.services.auth, input.body, input);
  }

  @Handle(routes.challengeSignIn)
  challenge(@Input() input: RouteInput<'challengeSignIn'>): Promise<RouteOutput<'challengeSignIn'>> {
    return challengeSignIn(this.services.auth, input);
  }

  @Handle(routes.signInByKey)
  async signInByKey(
    @Input() { body, source, requestId }: RouteInput<'signInByKey'>,
  ): Promise<RouteOutput<'signInByKey'>> {
    const { auth, strategies } = this.services;
    const who = await strategies.authenticate('key', { headers: {}, body, source, requestId });
    return signInByKey(auth, who, { source, requestId });
  }

  @Handle(routes.refresh)
  refresh(@Input() input: RouteInput<'refresh'>): Promise<RouteOutput<'refresh'>> {
    // Many programs with one token file refresh in the same moment: they share the answer.
    const { refreshToken } = input.body;
    return this.refreshing.of(refreshToken, () => refresh(this.services.auth, refreshToken, input));
  }

  @Handle(routes.signOut)
  signOut(
    @Input() input: RouteInput<'signOut'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'signOut'>> {
    return signOut(this.services.auth, caller, input);
  }

  @Handle(routes.whoami)
  whoami(
    @Input() _: RouteInput<'whoami'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'whoami'>> {
    return whoami(this.services.auth.store, caller);
  }

  @Handle(routes.changePassword)
  changePassword(
    @Input() input: RouteInput<'changePassword'>,
    @CurrentCaller() caller: SignedInCaller,
  ): Promise<RouteOutput<'changePassword'>> {
    return changePassword(this.services.auth, caller, input.body, input);
  }
}
