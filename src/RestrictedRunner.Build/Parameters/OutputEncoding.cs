using System.Text;

namespace RestrictedRunner.Build.Parameters;

/// <summary>Encodings by the names that <c>Exec</c> knows.</summary>
internal static class OutputEncoding
{
    /// <summary>The encoding of that name; UTF-8, which containers write, for an empty one.</summary>
    /// <param name="parameter">Where the name is from.</param>
    /// <param name="name">Name, such as <c>utf-8</c>, <c>latin1</c>, <c>utf-16</c>, <c>windows-1252</c>.</param>
    /// <param name="problem">Gets what is wrong with it.</param>
    public static Encoding Read(string parameter, string name, Action<OptionProblem> problem)
    {
        try
        {
            // Asked directly: registering the provider would change the whole process.
            return name.Length == 0 ? Encoding.UTF8 : CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            problem(new(OptionProblemKind.ValueInvalid, parameter, name, "it is the name of an encoding, such as utf-8, latin1 or windows-1252"));
            return Encoding.UTF8;
        }
    }
}
