namespace RestrictedRunner.PackageTests;

public class GenerateCodeSampleTests
{
    private static readonly string[] Generated = ["obj/protos/Money.cs", "obj/protos/Order.cs"];

    private static readonly string[] Printed =
        [
            """46 bytes hold { "customer": "Ada", "lines": [ { "article": "teapot", "count": 1, "price": { "currency": "EUR", "cents": "2495" } }, { "article": "cup", "count": 4, "price": { "currency": "EUR", "cents": "650" } } ] }""",
            "They are the order that was sent: True",
            "Ada pays 5095 cents",
        ];

    [EngineFact]
    public async Task Protoc_in_a_container_makes_code_that_the_app_runs()
    {
        var sample = new Sample("GenerateCode");

        var build = (await sample.BuildInItsOwnProcessAsync()).SucceededWithoutWarnings();

        Assert.Contains("GenerateCode: protoc makes C# in a container of rvolosatovs/protoc:4.1.0", build.Texts);
        var container = Assert.Single(build.CommandLines).Text;
        Assert.All(["--network none", "--cap-drop ALL", "--memory 512m", "--read-only"], restriction => Assert.Contains($" {restriction} ", container, StringComparison.Ordinal));
        Assert.Equal(Printed, await sample.RunAsync());
        foreach (var file in Generated)
        {
            Assert.Equal(await Unix.UserAsync(), await Unix.OwnerAsync(sample[file]));
        }
    }

    [EngineFact]
    public async Task It_runs_a_container_only_when_the_content_of_an_input_has_changed()
    {
        var sample = new Sample("GenerateCode");
        Assert.Single((await sample.BuildAsync()).SucceededWithoutWarnings().Containers);

        Assert.Empty((await sample.BuildAsync()).SucceededWithoutWarnings().Containers);

        File.SetLastWriteTimeUtc(sample["protos/order.proto"], DateTime.UtcNow.AddHours(1));
        var touched = (await sample.BuildAsync()).SucceededWithoutWarnings();
        Assert.Empty(touched.Containers);
        Assert.Contains("Step 'GenerateCode' is up to date.", touched.Texts);

        // The file that the other one imports.
        await sample.ReplaceAsync("protos/money.proto", "int64 cents = 2;", "int64 cents = 2 [json_name = \"hundredths\"];");
        Assert.Single((await sample.BuildAsync()).SucceededWithoutWarnings().Containers);
        Assert.Equal([Printed[0].Replace("cents", "hundredths", StringComparison.Ordinal), .. Printed[1..]], await sample.RunAsync());
    }

    [EngineFact]
    public async Task Clean_removes_what_it_makes_and_what_was_made_once_comes_from_the_cache()
    {
        var sample = new Sample("GenerateCode");
        (await sample.BuildAsync()).SucceededWithoutWarnings();

        await sample.CleanAsync();
        Assert.DoesNotContain(Generated, file => File.Exists(sample[file]));
        AssertRestored(await sample.BuildAsync());
        Assert.Equal(Printed, await sample.RunAsync());

        // There and back, as when one changes to a branch and returns.
        const string cents = "int64 cents = 2;";
        const string renamed = "int64 cents = 2 [json_name = \"hundredths\"];";
        await sample.ReplaceAsync("protos/money.proto", cents, renamed);
        Assert.Single((await sample.BuildAsync()).SucceededWithoutWarnings().Containers);
        await sample.ReplaceAsync("protos/money.proto", renamed, cents);
        AssertRestored(await sample.BuildAsync());
        Assert.Equal(Printed, await sample.RunAsync());

        static void AssertRestored(Build build)
        {
            Assert.Empty(build.SucceededWithoutWarnings().Containers);
            Assert.Contains("GenerateCode: from the cache", build.Texts);
        }
    }

    [EngineFact]
    public async Task Another_proto_file_is_compiled_and_its_code_goes_with_it()
    {
        var sample = new Sample("GenerateCode");
        await File.WriteAllTextAsync(sample["protos/discount.proto"], "syntax = \"proto3\";\npackage shop;\nmessage Discount { int32 percent = 1; }\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(sample["Discounts.cs"], "internal sealed class Discounts : List<Shop.Discount>;", TestContext.Current.CancellationToken);

        (await sample.BuildAsync()).SucceededWithoutWarnings();

        File.Delete(sample["protos/discount.proto"]);
        Assert.Equal(["CS0234"], (await sample.BuildAsync()).Errors.Select(error => error.Code));
        Assert.Equal(Generated, Directory.GetFiles(sample["obj/protos"]).Select(path => $"obj/protos/{Path.GetFileName(path)}").Order(StringComparer.Ordinal));
    }

    [EngineFact]
    public async Task An_editor_that_loads_the_project_runs_no_container()
    {
        var sample = new Sample("GenerateCode");

        Assert.Empty((await AskAsync("CoreCompile")).SucceededWithoutWarnings().Containers);

        // What a build has made is known to the editor.
        (await sample.BuildAsync()).SucceededWithoutWarnings();
        await sample.ReplaceAsync("protos/money.proto", "cents", "hundredths");
        var asked = (await AskAsync("Compile")).SucceededWithoutWarnings();
        Assert.Empty(asked.Containers);
        var compiled = asked.Console.Split('\n').Where(line => line.Contains("\"Identity\": \"obj/protos/", StringComparison.Ordinal)).Select(line => line.Split('"')[3]);
        Assert.Equal(Generated, compiled.Order(StringComparer.Ordinal));

        // What an editor asks for, https://github.com/dotnet/project-system/blob/main/docs/design-time-builds.md
        Task<Build> AskAsync(string target) =>
            sample.BuildAsync("-restore", $"-t:{target}", "-p:DesignTimeBuild=true", "-p:SkipCompilerExecution=true", "-p:ProvideCommandLineArgs=true", "-getItem:Compile");
    }

    [EngineFact]
    public async Task Without_containers_it_compiles_what_was_made_earlier()
    {
        var sample = new Sample("GenerateCode");
        (await sample.BuildAsync()).SucceededWithoutWarnings();
        await sample.ReplaceAsync("protos/money.proto", "cents", "hundredths");

        Assert.Empty((await sample.BuildAsync("-p:DockerExecEnabled=false")).SucceededWithoutWarnings().Containers);
        Assert.Equal(Printed, await sample.RunAsync());
    }

    [EngineFact]
    public async Task A_mistake_in_a_proto_file_is_an_error_of_the_build()
    {
        var sample = new Sample("GenerateCode");
        await File.AppendAllTextAsync(sample["protos/order.proto"], "messag Mistake {}\n", TestContext.Current.CancellationToken);

        var build = await sample.BuildAsync();

        Assert.NotEqual(0, build.ExitCode);
        var error = build.Errors.Single(error => error.Code == "RRB3001");
        Assert.Equal(sample["GenerateCode.csproj"], error.File);
        Assert.DoesNotContain('\n', error.Text);
        Assert.Contains(build.Errors, found => found.File == sample["protos/order.proto"] && found.Line > 0);
        Assert.Contains("order.proto:", await File.ReadAllTextAsync(Assert.Single(build.LogFiles), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
