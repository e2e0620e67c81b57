using RestrictedRunner.Commands;

namespace RestrictedRunner.Tests;

public class NetworkEnvironmentTests
{
    private static readonly StepOptions Step = new() { Image = "alpine", Command = "true", CaBundle = "/etc/company.pem", Proxy = "http://proxy:3128", NoProxy = "localhost,.example.com" };

    private static Dictionary<string, string> Variables(StepOptions options) =>
        NetworkEnvironment.AddTo(options).EnvironmentVariables.GroupBy(variable => variable.Name).ToDictionary(same => same.Key, same => same.Last().Value);

    [Fact]
    public void A_step_with_a_network_gets_variables_and_the_certificates()
    {
        var variables = Variables(Step);

        Assert.All(["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"], name => Assert.Equal("http://proxy:3128", variables[name]));
        Assert.All(["NO_PROXY", "no_proxy"], name => Assert.Equal("localhost,.example.com", variables[name]));
        Assert.Equal("/.restricted-runner.ca.pem", variables["SSL_CERT_FILE"]);
        Assert.Equal([new Mount("/etc/company.pem", "/.restricted-runner.ca.pem", ReadOnly: true)], NetworkEnvironment.AddTo(Step).Mounts);
    }

    [Fact]
    public void One_without_a_network_gets_nothing()
    {
        Assert.All(
            [Step with { AllowNetworking = false }, Step with { Network = "none" }],
            step => Assert.Same(step, NetworkEnvironment.AddTo(step)));
    }

    [Fact]
    public void The_word_none_sets_no_proxy_and_keeps_the_certificates()
    {
        var variables = Variables(Step with { Proxy = "none" });

        Assert.DoesNotContain(variables.Keys, name => name.EndsWith("_proxy", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(8, variables.Count);
    }

    [Fact]
    public void A_variable_with_a_value_keeps_it_and_an_empty_one_does_not()
    {
        var variables = Variables(Step with
        {
            EnvironmentVariables = [new("HTTP_PROXY", ""), new("https_proxy", "http://own"), new("SSL_CERT_FILE", "/own.pem"), new("HTTPS_PROXY", "http://first"), new("HTTPS_PROXY", "")],
        });

        Assert.Equal("http://proxy:3128", variables["HTTP_PROXY"]);
        Assert.Equal("http://own", variables["https_proxy"]);
        Assert.Equal("/own.pem", variables["SSL_CERT_FILE"]);
        Assert.Equal("http://proxy:3128", variables["HTTPS_PROXY"]);
    }

    [Theory]
    [InlineData("http://proxy.example.com:3128")]
    [InlineData("https://user:word@proxy")]
    [InlineData("socks5h://[::1]:1080")]
    [InlineData("none")]
    public void A_proxy_is_a_URL(string proxy) => Assert.Empty(StepOptionRules.Check(Step with { CaBundle = "", Proxy = proxy }));

    [Theory]
    [InlineData("proxy:3128")]
    [InlineData("http://")]
    [InlineData("http://a b")]
    [InlineData("-x://a")]
    [InlineData("http://a\nb")]
    public void Other_texts_are_no_proxy(string proxy)
    {
        var problem = Assert.Single(StepOptionRules.Check(Step with { CaBundle = "", Proxy = proxy }));

        Assert.Equal((OptionProblemKind.ValueInvalid, "Proxy"), (problem.Kind, problem.Parameter));
    }

    [Fact]
    public void Certificates_that_are_not_there_or_have_another_form_are_told_of_steps_with_a_network()
    {
        var file = Path.GetTempFileName();
        File.WriteAllBytes(file, [0x30, 0x82, 0x05, 0xff]);
        var step = Step with { CaBundle = file };

        Assert.Equal("it holds no certificate in PEM form, which begins with -----BEGIN CERTIFICATE-----", Assert.Single(StepOptionRules.Check(step)).Reason);
        Assert.Empty(StepOptionRules.Check(step with { AllowNetworking = false }));
        File.WriteAllText(file, "# a comment\n-----BEGIN TRUSTED CERTIFICATE-----\n");
        Assert.Empty(StepOptionRules.Check(step));
        File.Delete(file);
        var problem = Assert.Single(StepOptionRules.Check(step));
        Assert.Equal((OptionProblemKind.InputMissing, "CaBundle", "there is no such file"), (problem.Kind, problem.Parameter, problem.Reason));
    }
}
