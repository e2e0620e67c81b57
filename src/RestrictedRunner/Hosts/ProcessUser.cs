namespace RestrictedRunner.Hosts;

/// <summary>The user that runs this process; 0 on Windows.</summary>
internal static class ProcessUser
{
    /// <summary>Effective user id.</summary>
    public static uint Id => OperatingSystem.IsWindows() ? 0 : LibC.GetEffectiveUserId();

    /// <summary>Effective group id.</summary>
    public static uint GroupId => OperatingSystem.IsWindows() ? 0 : LibC.GetEffectiveGroupId();
}
