// The service's own program, with the benches' routes beside its own.
import { runProgram } from '@writ/api';
import { BareController, bareRoute } from './bare-controller.js';
import { HostTokensController, hostTokensRoute } from './host-tokens-controller.js';

runProgram(process.argv.slice(2), {
  routes: [bareRoute, hostTokensRoute],
  controllers: [BareController, HostTokensController],
});
