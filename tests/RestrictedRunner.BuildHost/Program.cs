// A process of MSBuild that builds again and again, for tests to which the kind of process is all the same: starting one
// takes a second, and a build in one that runs takes a tenth of that.
//
// Requests come by a pipe, because the programs that builds start inherit the standard input. What a build prints goes to
// the standard output as it comes. The end of the pipe ends the process.
using System.IO.Pipes;
using System.Text.Json;
using RestrictedRunner.BuildHost;

var msbuild = new SdkMSBuild(sdk: args[0], dotnet: args[1]);
using var pipe = new NamedPipeClientStream(".", args[2], PipeDirection.In);
pipe.Connect();
using var requests = new StreamReader(pipe);
while (requests.ReadLine() is { } line)
{
    var exitCode = msbuild.Build(JsonSerializer.Deserialize<BuildRequest>(line)!);
    Console.Out.WriteLine($"{BuildRequest.End}{exitCode}");
}
