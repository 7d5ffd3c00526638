// The service's own program, with the bare route beside its own.
import { runProgram } from '@writ/api';
import { BareController, bareRoute } from './bare-controller.js';

runProgram(process.argv.slice(2), { routes: [bareRoute], controllers: [BareController] });
