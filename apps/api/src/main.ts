import { runProgram } from './program.js';

runProgram(process.argv.slice(2));
