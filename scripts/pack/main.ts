/** What a packed file runs: the program, in the environment that the user gave. */
import "./prepare.ts";
import "../../cli.ts";
