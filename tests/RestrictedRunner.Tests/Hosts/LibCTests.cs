using System.Reflection;
using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

/// <summary>What calls the C library is in one file of each assembly, and so is what calls Windows.</summary>
public class LibCTests
{
    private const BindingFlags Static = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    [Theory]
    [InlineData(typeof(DockerRunner), "Kernel32 LibC")]
    [InlineData(typeof(DockerExec), "LibC")]
    public void No_other_type_calls_the_system(Type ofAssembly, string types)
    {
        var calls = ofAssembly.Assembly.GetTypes().SelectMany(type => type.GetMethods(Static)).Where(method => method.Attributes.HasFlag(MethodAttributes.PinvokeImpl));

        Assert.Equal(types, string.Join(' ', calls.Select(call => call.DeclaringType!.Name).Distinct().Order(StringComparer.Ordinal)));
    }
}
