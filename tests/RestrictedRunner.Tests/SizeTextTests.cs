using RestrictedRunner.Build;

namespace RestrictedRunner.Tests;

public class SizeTextTests
{
    [Theory]
    [InlineData("10g", 10L * 1024 * 1024 * 1024)]
    [InlineData("512m", 512L * 1024 * 1024)]
    [InlineData("1.5K", 1536L)]
    [InlineData("2KiB", 2048L)]
    [InlineData("7", 7L)]
    [InlineData("7b", 7L)]
    [InlineData("0", 0L)]
    [InlineData("1p", 1L << 50)]
    [InlineData("", null)]
    [InlineData("g", null)]
    [InlineData("-1", null)]
    [InlineData("10 g", null)]
    [InlineData("lots", null)]
    [InlineData("99999p", null)]
    public void A_size_is_a_number_with_a_unit(string text, long? bytes) => Assert.Equal(bytes, SizeText.Read(text));
}
