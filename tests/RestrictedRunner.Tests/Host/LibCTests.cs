using System.Reflection;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>What calls the C library is in one file of each assembly.</summary>
public class LibCTests
{
    private const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    [Theory]
    [InlineData(typeof(DockerRunner))]
    [InlineData(typeof(DockerExec))]
    public void No_other_type_calls_it(Type ofAssembly)
    {
        var calls = ofAssembly.Assembly.GetTypes().SelectMany(type => type.GetMethods(Static)).Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl));

        Assert.Equal(["LibC"], calls.Select(call => call.DeclaringType!.Name).Distinct());
    }
}
