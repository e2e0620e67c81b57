namespace RestrictedRunner.Tests;

public class RunOptsTests
{
    [Theory]
    [InlineData("")]
    [InlineData("--gpus all")]
    [InlineData("--gpus=all --privileged --device /dev/kvm")]
    [InlineData("-v /a:/b -p 80:80")]
    [InlineData("-v/a:/b")]
    [InlineData("-P -e A=b")]
    [InlineData("--sysctl 'net.x=1 2'")]
    [InlineData("--env --name")]
    [InlineData("--read-only=false --init")]
    public void Options_are_accepted(string opts) => Assert.Empty(RunOpts.Check(opts));

    [Theory]
    [InlineData("'a", "'a")]
    [InlineData("alpine", "alpine")]
    [InlineData("--privileged alpine", "alpine")]
    [InlineData("--gpus all alpine", "alpine")]
    [InlineData("-- alpine", "--")]
    [InlineData("-", "-")]
    [InlineData("''", "")]
    [InlineData("--gpus", "--gpus")]
    [InlineData("--privileged -v", "-v")]
    public void A_word_that_would_be_the_image_is_refused(string opts, string value)
    {
        var problem = RunOpts.Check(opts).First();
        Assert.Equal((OptionProblemKind.RunOptsInvalid, value), (problem.Kind, problem.Value));
    }

    [Theory]
    [InlineData("-e A=b --env C=d --env=E=f -eG=h -e I", "-e A=*** --env C=*** --env=E=*** -eG=*** -e I")]
    [InlineData("-Pe A=b -PeC=d -e=E=f -Pqe=G=h -itePASSWORD=x", "-Pe A=*** -PeC=*** -e=E=*** -Pqe=G=*** -itePASSWORD=***")]
    [InlineData("-e=A -Pe B -P", "-e=A -Pe B -P")]
    [InlineData("-v/e=a:/b -lPe=c -he=d", "-v/e=a:/b -lPe=c -he=d")]
    [InlineData("--label a=b --entrypoint c", "--label a=b --entrypoint c")]
    public void Environment_values_are_masked_when_shown(string opts, string expected) =>
        Assert.Equal(expected.Split(' '), ShellWords.Split(RunOpts.Masked(opts)));

    [Theory]
    [InlineData("--name x")]
    [InlineData("--name=x")]
    [InlineData("-d")]
    [InlineData("-it")]
    [InlineData("-Pd")]
    [InlineData("--rm=false")]
    [InlineData("--pull always")]
    [InlineData("--restart always")]
    [InlineData("--sig-proxy=false")]
    [InlineData("-a stdout")]
    [InlineData("--cidfile /x")]
    [InlineData("--label restricted-runner.pid=1")]
    [InlineData("-lrestricted-runner.host=x")]
    public void What_the_runner_decides_is_refused(string opts) =>
        Assert.Equal(OptionProblemKind.RunOptsForbidden, RunOpts.Check(opts).First().Kind);

    [Fact]
    public void What_is_refused_is_told_without_the_value_of_a_variable() =>
        Assert.Equal(["-itePASSWORD=***"], RunOpts.Check("-itePASSWORD=x").Select(problem => problem.Value).Distinct());
}
