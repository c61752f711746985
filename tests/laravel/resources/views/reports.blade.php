<!DOCTYPE html>
<html lang="en">
<title>Reports</title>
@foreach ($reports as $report)
<h2>{{ $report->title }}, {{ $report->period }}</h2>
<ul>
@foreach ($report->artifacts->whereNotNull('link')->where('format', '!=', 'manifest') as $artifact)
<li><a href="{{ url('/reports/files', $artifact->id) }}">{{ $artifact->name }}</a> ({{ $artifact->bytes }} bytes)</li>
@endforeach
</ul>
@endforeach
</html>
