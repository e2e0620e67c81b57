using Microsoft.Build.Framework;
using RestrictedRunner.Build.MSBuild;
using RestrictedRunner.Build.Parameters;
using RestrictedRunner.Build.Text;
using RestrictedRunner.Hosts;

namespace RestrictedRunner.Build.Steps;

/// <summary>The items <c>DockerSecret</c> of a project, which steps name.</summary>
/// <param name="Secrets">The secrets.</param>
/// <param name="Problems">What is wrong with how they are written.</param>
internal sealed record DeclaredSecrets(IReadOnlyList<Secret> Secrets, IReadOnlyList<OptionProblem> Problems)
{
    /// <summary>No secrets.</summary>
    public static DeclaredSecrets None { get; } = new([], []);

    /// <summary>Name of another environment variable that no step is to see; empty for none.</summary>
    public string AlsoWithheld { get; init; } = "";

    /// <summary>Names of the environment variables that values come from.</summary>
    public IReadOnlyList<string> Variables => [.. Secrets.Select(secret => secret.Environment).Append(AlsoWithheld).Where(name => name.Length > 0)];

    /// <summary>Reads the items of the project that a task is in.</summary>
    public static DeclaredSecrets Of(IBuildEngine task, string projectDirectory, Host host) =>
        Read([.. BuiltProject.Items(task, "DockerSecret").Select(GivenItem.Of)], projectDirectory, host);

    /// <summary>Reads the items.</summary>
    public static DeclaredSecrets Read(IReadOnlyList<GivenItem> items, string projectDirectory, Host host)
    {
        if (items.Count == 0)
        {
            return None;
        }

        var (secrets, problems) = ParameterReader.ReadSecrets(items, projectDirectory, host);
        return new(secrets, problems);
    }

    /// <summary>The secrets that a step names.</summary>
    /// <param name="named">Secrets of which nothing but the name is known.</param>
    /// <param name="problems">Gets what is wrong with them.</param>
    public IReadOnlyList<Secret> Find(IReadOnlyList<Secret> named, List<OptionProblem> problems)
    {
        if (named.Count == 0)
        {
            return named;
        }

        problems.AddRange(Problems);
        return [.. named.Select(name => Find(name.Name, problems)).OfType<Secret>()];
    }

    private Secret? Find(string name, List<OptionProblem> problems)
    {
        Secret[] found = [.. Secrets.Where(secret => secret.Name.Equals(name, StringComparison.OrdinalIgnoreCase))];
        if (found.Length != 1)
        {
            problems.Add(new(OptionProblemKind.SecretInvalid, nameof(StepOptions.Secrets), name, found.Length > 1 ? "two DockerSecret items have this name" : $"the project has no DockerSecret item of this name{Meant(name)}"));
        }

        return found.Length == 1 ? found[0] : null;
    }

    private string Meant(string name) => Spelling.Nearest(name, Secrets.Select(secret => secret.Name)) is { Length: > 0 } nearest ? $"; is '{nearest}' meant?" : "";
}
