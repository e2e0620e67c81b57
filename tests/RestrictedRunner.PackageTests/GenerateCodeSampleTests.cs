namespace RestrictedRunner.PackageTests;

public class GenerateCodeSampleTests
{
    private static readonly string[] Generated = ["obj/Debug/net10.0/protos/Money.cs", "obj/Debug/net10.0/protos/Order.cs"];

    [EngineFact]
    public async Task Protoc_in_a_container_makes_code_that_the_app_runs()
    {
        var sample = new Sample("GenerateCode");

        var build = await sample.BuildAsync();

        build.SucceededWithoutWarnings();
        Assert.Equal(1, build.Steps);
        Assert.Equal(
            [
                """46 bytes hold { "customer": "Ada", "lines": [ { "article": "teapot", "count": 1, "price": { "currency": "EUR", "cents": "2495" } }, { "article": "cup", "count": 4, "price": { "currency": "EUR", "cents": "650" } } ] }""",
                "They are the order that was sent: True",
                "Ada pays 5095 cents",
            ],
            await sample.RunAsync());
        foreach (var file in Generated)
        {
            Assert.Equal(await Unix.UserAsync(), await Unix.OwnerAsync(sample[file]));
        }
    }

    [EngineFact]
    public async Task It_runs_a_container_only_when_an_input_has_changed_and_Clean_removes_its_files()
    {
        var sample = new Sample("GenerateCode");

        (await sample.BuildAsync()).SucceededWithoutWarnings();
        Assert.Equal(0, (await sample.BuildAsync()).SucceededWithoutWarnings().Steps);

        // The file that the other one imports.
        await File.AppendAllTextAsync(sample["protos/money.proto"], "message Discount { int32 percent = 1; }\n", TestContext.Current.CancellationToken);
        Assert.Equal(1, (await sample.BuildAsync()).SucceededWithoutWarnings().Steps);
        Assert.Contains("class Discount", await File.ReadAllTextAsync(sample[Generated[0]], TestContext.Current.CancellationToken), StringComparison.Ordinal);

        await sample.CleanAsync();
        Assert.DoesNotContain(Generated, file => File.Exists(sample[file]));
        Assert.Equal(1, (await sample.BuildAsync()).SucceededWithoutWarnings().Steps);
    }

    [EngineFact]
    public async Task An_editor_that_loads_the_project_runs_no_container()
    {
        var sample = new Sample("GenerateCode");

        // What an editor asks for, https://github.com/dotnet/project-system/blob/main/docs/design-time-builds.md
        var build = await sample.BuildAsync("-restore", "-t:CoreCompile", "-p:DesignTimeBuild=true", "-p:SkipCompilerExecution=true", "-p:ProvideCommandLineArgs=true");

        Assert.Equal(0, build.SucceededWithoutWarnings().Steps);
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
        Assert.Contains(" The errors above are from its output. ", error.Text, StringComparison.Ordinal);
        Assert.Contains(build.Errors, found => found.File == sample["protos/order.proto"] && found.Line > 0);
        Assert.Contains("order.proto:", await File.ReadAllTextAsync(Assert.Single(build.LogFiles), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }
}
