using System.Globalization;
using RestrictedRunner.Hosts;
using RestrictedRunner.Planning;

namespace RestrictedRunner.Transfer;

/// <summary>Whom copied files belong to in a container.</summary>
/// <param name="Ids">The numbers of user and group; null for those that the files have here.</param>
internal readonly record struct ContainerOwner((int User, int Group)? Ids)
{
    /// <summary>Elsewhere than on Linux files have owners that mean nothing in a container: whoever runs the command has them.</summary>
    /// <param name="step">The step.</param>
    public static ContainerOwner Of(PlannedStep step)
    {
        if (step.Engine.Host.Kind == HostKind.Linux)
        {
            return default;
        }

        var user = (step.CurrentUser?.Id ?? step.Options.User).Split(':');
        return int.TryParse(user[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? new((id, user.Length > 1 && int.TryParse(user[1], NumberStyles.None, CultureInfo.InvariantCulture, out var group) ? group : id))
            : new((0, 0));
    }
}
