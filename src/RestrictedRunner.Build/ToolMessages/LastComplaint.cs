namespace RestrictedRunner.Build.ToolMessages;

/// <summary>The last complaint of the shell that reads the script, among the lines of standard error.</summary>
internal sealed class LastComplaint
{
    private ShellComplaint? _complaint;
    private bool _isLast;

    /// <summary>Gets every line of standard error.</summary>
    public void Pass(string line)
    {
        if (ShellComplaint.Read(line) is { } complaint)
        {
            (_complaint, _isLast) = (complaint, true);
        }
        else if (_isLast && !string.IsNullOrWhiteSpace(line))
        {
            _isLast = false;
        }
    }

    /// <summary>The complaint that explains why the script ended with that code; null when none surely does.</summary>
    public ShellComplaint? For(int exitCode) => _complaint?.Explains(exitCode, _isLast) == true ? _complaint : null;
}
