using System.Globalization;

namespace RestrictedRunner.Transfer;

/// <summary>How much was copied.</summary>
/// <param name="Files">Number of files.</param>
/// <param name="Bytes">Bytes of their content.</param>
/// <param name="Time">How long it took.</param>
internal readonly record struct TransferCount(int Files, long Bytes, TimeSpan Time)
{
    private const int Kilo = 1000;

    /// <summary>For a message.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Files:N0} {(Files == 1 ? "file" : "files")}, {Size}, {Time.TotalSeconds:0.0} s");

    private string Size => Bytes switch
    {
        < Kilo => string.Create(CultureInfo.InvariantCulture, $"{Bytes} bytes"),
        < Kilo * Kilo => string.Create(CultureInfo.InvariantCulture, $"{(double)Bytes / Kilo:0.0} kB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(double)Bytes / Kilo / Kilo:0.0} MB"),
    };

    public static TransferCount operator -(TransferCount left, TransferCount right) => new(left.Files - right.Files, left.Bytes - right.Bytes, left.Time - right.Time);

    public static TransferCount operator +(TransferCount left, TransferCount right) => new(left.Files + right.Files, left.Bytes + right.Bytes, left.Time + right.Time);
}
