using System.Globalization;
using System.Text.Encodings.Web;
using Hangfire.Dashboard;
using Hangfire.Dashboard.Pages;
using Libra.Deploy.Application.Common;

namespace Libra.Deploy.WebApi.Dashboard;

/// <summary>A page of ours in Hangfire's frame. What it shows is loaded before, because Hangfire draws without waiting.</summary>
internal abstract class DashboardPage(string title) : RazorPage
{
    public override void Execute()
    {
        Layout = new LayoutPage(title);
        Markup($"<h1 class=\"page-header\">{title}</h1>");
        Content();
    }

    /// <summary>Writes what stands under the heading.</summary>
    protected abstract void Content();

    /// <summary>Writes markup; every value in it is encoded.</summary>
    protected void Markup(FormattableString html)
    {
        var values = html.GetArguments().Select(
            value => (object)HtmlEncoder.Default.Encode(Convert.ToString(value, CultureInfo.InvariantCulture) ?? string.Empty));
        WriteLiteral(string.Format(CultureInfo.InvariantCulture, html.Format, [.. values]));
    }

    /// <summary>Writes a table; <paramref name="write"/> writes each row, from its <c>tr</c> to the end of it.</summary>
    protected void Table<T>(string[] heads, IEnumerable<T> rows, Action<T> write)
    {
        Markup($"<div class=\"table-responsive\"><table class=\"table table-hover\"><thead><tr>");
        foreach (var head in heads) Markup($"<th>{head}</th>");
        Markup($"</tr></thead><tbody>");
        foreach (var row in rows) write(row);
        Markup($"</tbody></table></div>");
    }

    /// <summary>Writes a time in UTC, to the second.</summary>
    protected void Time(DateTimeOffset time)
    {
        var seconds = time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        Markup($"<time datetime=\"{IsoTime.Of(time)}\">{seconds}</time>");
    }
}
